"""What an import brings to trees: series of the patches, trials of the recipes, and archives of mails kept in git."""
