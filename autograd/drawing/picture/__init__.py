"""What a picture shows, as plain data; start at :mod:`.snapshot`."""
