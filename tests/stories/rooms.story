# What belongs to a room: its links, what is pinned in it, who follows it from elsewhere, and another room to go to.

carlos@slack > /incident declare the api is slow --sev 2
slack -> anna | PAGE SEV2 #1 the api is slow
slack discord telegram room | SEV2 #1 the api is slow
slack room keeps Discord · Telegram
mia@telegram > /incident subscribe #1 --here --for exec
telegram | #1 the api is slow [Summary]

# A pin under what somebody typed keeps it; where no incident is, it is not meant for us.
anna@slack in room > all the nodes are full
anna@slack in room reacts 📌
carlos@discord > the weather is fine
carlos@discord reacts 📌
anna@slack > /incident timeline #1
anna@slack sees Anna Nowak · all the nodes are full
carlos@discord does not see Which one?

# Snoozed, and paged again when that ends; handed over, and taken.
boris@telegram in room > !snooze 30m
slack discord telegram | snoozed until
nobody is paged
+30m
slack -> anna | PAGE SEV2 #1 the api is slow
anna@slack in dm presses Take
anna@slack in room > !handoff boris it is yours now
discord -> boris | PAGE SEV2 #1 the api is slow
boris@discord in dm presses Take
slack discord telegram | Boris Petrov has it

# Private from now on: the open rooms are left, and where no room keeps others out its people are told in person.
boris@discord in room > !private on
discord telegram room | #1 goes on in another room
boris@discord > /incident update #1 two nodes more
boris@discord sees two nodes more
carlos@discord > /incident show #1
carlos@discord sees two nodes more
mia@telegram does not see two nodes more

# The same once more, from somebody who did not know: one goes on for both.
anna@slack > /incident declare db is down --sev 4
anna@slack > /incident declare no answer from the db --sev 4
slack discord telegram | #3 no answer from the db
anna@slack > /incident merge #3 2
slack discord telegram | #3 no answer from the db · Merged into #2
