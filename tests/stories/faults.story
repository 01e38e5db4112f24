# Boris takes no direct messages on Discord: his page goes out on Telegram, at once.
discord suffers dm_closed
anna@slack > /incident declare db is down --sev 1
slack -> anna | PAGE SEV1 #1
slack discord telegram room | SEV1 #1 db is down
+5m
telegram -> boris | PAGE SEV1 #1 db is down (step 2)
discord recovers

# An hour without Discord: the others do not notice but for a line, and nobody is paged twice for it.
boris@telegram in room > /incident ack
slack telegram | Boris Petrov has it
discord | Boris Petrov has it
discord goes down
slack telegram room | Discord cannot be reached
carlos@slack in room > !update half of it is back
telegram room | half of it is back
+1h
boris@telegram in room > /incident sev 2
slack telegram | SEV2 #1 db is down
discord comes back
+2m
discord | SEV2 #1 db is down
discord room | half of it is back

# Telegram answers everything with an error: it is late there, and nowhere else.
telegram suffers server_error
anna@slack in room > !status monitoring
slack discord room | monitoring
telegram recovers
+1m
+1m
telegram room | monitoring

# An edit that Slack does not take any more: the card is shown anew.
slack suffers edit_window_closed
carlos@discord in room > !sev 3
slack discord telegram | SEV3 #1 db is down
slack recovers

# Every connection breaks off in the middle of it, more than once.
slack suffers socket_closed
discord suffers socket_closed
telegram suffers socket_closed
slack recovers
discord recovers
telegram recovers
boris@telegram in room > !resolve a new disk
slack discord telegram | resolved
