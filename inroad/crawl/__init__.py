"""Reading web sites: URLs, robots, sitemaps, discovery, classification, the guarded client, the browser and the scraping services."""
