"""What pages keep between clicks: data of an index, ratings, pictures, an encoder's results."""
