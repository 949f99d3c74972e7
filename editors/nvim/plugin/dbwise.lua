-- vim.g.dbwise_enabled = false keeps the plugin from starting a server.
if vim.g.loaded_dbwise or vim.g.dbwise_enabled == false then return end
vim.g.loaded_dbwise = true
require("dbwise").enable()
