"""The board (Kanban): its columns and their totals, the order of the cards, and what stands on a card."""
