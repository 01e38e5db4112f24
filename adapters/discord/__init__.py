"""Discord: gateway, slash commands, embeds, webhooks."""
