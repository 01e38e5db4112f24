# A private incident: only those who are in it ever see it; whoever is paged for it, or invited, is in it.

anna@slack > /incident declare a leak of keys --sev 1 --private
slack -> anna | PAGE 🔒 SEV1 #1 a leak of keys [Take]
carlos@slack does not see a leak of keys
carlos@discord does not see a leak of keys
boris@telegram does not see a leak of keys

carlos@slack > /incident show #1
carlos@slack sees There is no incident #1
carlos@slack > /incident list
carlos@slack sees Nothing is on fire
dana@slack > /incident summary #1
dana@slack sees There is no incident #1

+5m
discord -> boris | PAGE 🔒 SEV1 #1 a leak of keys [Take]
boris@discord > /incident summary #1
boris@discord sees a leak of keys

anna@slack > /incident invite #1 carlos
carlos@discord > /incident show #1
carlos@discord sees a leak of keys
