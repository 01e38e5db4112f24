# Who is on call: asked, taken over, swapped with a button in another chat, handed over on Monday.

anna@slack > /incident oncall
anna@slack sees On call now · web: Anna Nowak until · then Boris Petrov

carlos@discord > /incident oncall take 2h web
slack | Carlos Diaz: on call for web now · Before: Anna Nowak
slack -> anna | Carlos Diaz: on call for web now
boris@telegram > !oncall
boris@telegram sees web: Carlos Diaz until
+2h
slack | Anna Nowak: on call for web now · Before: Carlos Diaz

mia@telegram > /incident oncall gaps
mia@telegram sees 任何时候都有人值班

anna@slack > /incident declare db is down --sev 1
anna@slack > /incident oncall swap boris --mine 2026-03-17 12:00
discord -> boris | Anna Nowak asks Boris Petrov to swap shifts for web [Swap] [No]
boris@discord in dm presses Swap
slack | Anna Nowak and Boris Petrov swapped shifts for web

anna@slack > /incident resolve it was the disk
+14d
slack | Boris Petrov: on call for web now · Before: Anna Nowak
discord -> boris | Boris Petrov: on call for web now
