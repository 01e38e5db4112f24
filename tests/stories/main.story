# The main job: declared in Slack, taken in Telegram, told in Discord, summed up for a manager.

anna@slack > /incident declare db is down --sev 1
slack discord telegram | ▲ SEV1 #1 db is down · Nobody has it yet · Anna [Take]
slack discord telegram room | ▲ SEV1 #1 db is down · Nobody has it yet [Take] [Update] [Resolve] [Summary]
slack -> anna | PAGE SEV1 #1 db is down [Take]

+5m
discord -> boris | PAGE SEV1 #1 db is down (step 2) [Take]

boris@telegram > /incident ack
slack discord telegram | ● SEV1 #1 db is down · Boris Petrov has it, after 5 min
slack discord telegram room | Boris Petrov has it, after 5 min [Update] [Resolve]
slack discord telegram room | Boris Petrov took it after 5 min

+1h
nobody is paged

carlos@discord > /incident update Rolled back the release --next 30m
slack discord telegram room | Update by Carlos Diaz · Rolled back the release · Next update:

mia@slack > /incident summary
mia@slack sees Rolled back the release
+30m
slack discord telegram room | An update was promised for

anna@slack in room > /incident resolve the disk was full
slack discord telegram | ✔ SEV1 #1 db is down · Resolved by Anna Nowak
+1d
nobody is paged
