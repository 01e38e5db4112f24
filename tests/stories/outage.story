# One platform is away: the others do not notice but for a line, and it catches up when it is back.

anna@slack > /incident declare db is down --sev 1
slack discord telegram room | SEV1 #1 db is down
telegram goes down
slack discord room | Telegram cannot be reached
anna@slack in room > !ack
slack discord | Anna Nowak has it
anna@slack in room > !update half of it is back
discord room | half of it is back
telegram comes back
+2m
telegram | Anna Nowak has it
telegram room | Anna Nowak has it · half of it is back
telegram room | Update by Anna Nowak · half of it is back

# The bot dies and is started again: buttons from before still work, timers run on.
anna@slack in room > /incident unack
the bot restarts
+5m
discord -> boris | PAGE SEV1 #1 db is down (step 2)
boris@discord in room presses Take
slack discord telegram | Boris Petrov has it
