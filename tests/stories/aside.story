# Of a private incident people may speak in an open room, too: only the speaker is answered, and nothing names it there.

anna@slack > /incident declare the CFO sells our keys --sev 4 --private
anna@slack > /incident task add #1 call the police
anna@slack > /incident declare db is slow --sev 4
anna@slack > /incident invite #1 boris

boris@discord > !ack
discord -> boris | Which one? · #2 db is slow, #1 the CFO sells our keys
boris@discord > !task done #1 1
discord -> boris | finished task 1: call the police
boris@discord > !edit #1
discord -> boris | Edit #1 [Edit #1]
discord | SEV4 #2 db is slow
carlos@discord does not see the CFO
carlos@discord does not see the police

boris@telegram > /incident task done #1 1
telegram -> boris | There is no open task 1
boris@telegram > /incident edit #1
telegram -> boris | Which of these is to be changed? [Title] [Drop it]
boris@telegram in dm presses Title
telegram -> boris | Now: the CFO sells our keys
boris@telegram > /incident merge #2
telegram | The number of the one that goes on [#2 db is slow]
telegram | SEV4 #2 db is slow
anna@telegram does not see the CFO
anna@telegram does not see no open task
