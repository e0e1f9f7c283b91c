"""What a person can do. No Qt, no SQL of its own beyond reading views; every write says what it touched."""
