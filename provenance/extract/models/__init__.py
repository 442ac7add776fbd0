"""Models on disk: cards, folders, weights, caches and stores."""
