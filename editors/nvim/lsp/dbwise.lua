-- Neovim 0.11 and newer read this for vim.lsp.enable("dbwise"). It has no side
-- effects; fields are overridden with vim.lsp.config("dbwise", { ... }).
return require("dbwise").config()
