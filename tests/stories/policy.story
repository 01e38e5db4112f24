# A service with a policy of its own: asked ahead, paged in a room and out of hours, taken, forgotten, reassigned.

anna@slack > /incident whowould checkout 1
anna@slack sees “shop”, SEV1 · +0 min · Anna Nowak · Slack, else · outside its hours · +5 min · Boris Petrov
mia@telegram > /incident oncall check
mia@telegram sees 就绪检查

anna@slack > /incident declare the basket is empty --sev 1 --service checkout
slack -> anna | PAGE SEV1 #1 the basket is empty [Take]
slack | PAGE SEV1 #1 the basket is empty [Take]
+5m
discord -> boris | PAGE SEV1 #1 the basket is empty (step 3) [Take]
boris@discord in dm presses Take
slack discord telegram | Boris Petrov has it

# He says how it goes, in his own words, and that is enough; then he falls asleep.
+20m
boris@discord in room > I am restoring the index
slack telegram room | I am restoring the index
+20m
boris@discord does not see nothing was heard
+5m
slack discord telegram room | nothing was heard for a while
discord -> boris | nothing was heard for a while
+5m
slack discord telegram room | nothing was heard of Boris Petrov
discord -> boris | PAGE SEV1 #1 the basket is empty (step 3) [Take]

carlos@slack > /incident reassign anna she knows the index
slack discord telegram room | Carlos Diaz reassigned it to Anna Nowak
slack -> anna | PAGE SEV1 #1 the basket is empty [Take]
anna@slack in dm presses Take
slack discord telegram | Anna Nowak has it
