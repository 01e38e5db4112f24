"""A person's channels that are no chats: mail, text messages, telephone calls, push, and what Apprise can reach."""
