# What people say in one room is read in the others, in their name, and pings nobody.

anna@slack > /incident declare db is down --sev 3
slack discord telegram room | SEV3 #1 db is down
carlos@discord in room > I see *smoke* <!here> @everyone
slack telegram room | I see *smoke* <!here>
boris@telegram in room > on my way
slack discord room | on my way
anna@discord in room replies since when?
slack telegram room | Carlos Diaz: I see *smoke* <!here> · since when?
anna@slack in room > It began with the deploy of 10:02
discord telegram room | It began with the deploy
carlos@slack in room replies which one?
discord telegram room | Anna Nowak: It began with the deploy of 10:02 · which one?

# Whoever is mentioned has a name in every room, in chatter, an update, a task, whether we know them or not.
anna@slack in room > @Carlos knows, and @Dana
discord telegram room | Carlos Diaz knows, and · Dana Levi
anna@slack in room > /incident update waiting for @Carlos and @Dana
discord telegram room | waiting for · Carlos Diaz and · Dana Levi
carlos@discord in room > !task add call @Anna
slack telegram room | added task 1 · Anna Nowak

# A command typed with a slip, an incident that is not there, a thing that cannot be.
anna@slack in room > /incident akc
anna@slack sees Did you mean: ack
carlos@discord in room > !ack #99
discord room | There is no incident #99
boris@telegram in room > /incident sev 9
telegram room | sev cannot be “9”

# Help names everything that there is, and fits into every platform's message.
dana@slack > /incident help
dana@slack sees Declare an incident · oncall revoke · In a war room
boris@telegram > /incident help
boris@telegram sees Declare an incident · oncall revoke · In a war room
carlos@discord > !help
carlos@discord sees Declare an incident · oncall revoke · In a war room

# A newcomer may read, and is shown the way in.
dana@slack > /incident ack #1
dana@slack sees I do not know you here yet
dana@slack > /incident list
dana@slack sees SEV3 #1 db is down
dana@slack does not see PAGE SEV3

# A manager gets the short story in her language.
mia@slack > /incident summary #1
mia@slack sees #1 摘要 · 目前待确认
