"""A believable life for each person of the country: what the documents will tell."""
