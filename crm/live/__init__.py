"""What happens now, told to every open page: published after commit over Redis, delivered as server-sent events."""
