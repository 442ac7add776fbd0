"""Software bills of materials made by other tools."""
