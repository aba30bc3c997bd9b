"""What the rules are made with: mandatory policies, property reading, floors, volumes, tags."""
