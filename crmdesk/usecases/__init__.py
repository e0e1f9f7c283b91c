"""What a person can do; every use case that writes returns what it touched."""
