"""Reading web sites: URLs, robots, sitemaps, classification, the guarded client, the browser, the scraping services."""
