-- :checkhealth dbwise
local M = {}

function M.check()
  local h = vim.health or require("health") -- 0.7 has only the module
  local start, ok = h.start or h.report_start, h.ok or h.report_ok
  local warn, err = h.warn or h.report_warn, h.error or h.report_error
  local dbwise = require("dbwise")

  start("dbwise")
  if vim.fn.has("nvim-0.7") == 1 then
    ok("Neovim is 0.7 or newer")
  else
    err("Neovim is older than 0.7")
  end

  local bin = dbwise.cmd()[1]
  if vim.fn.executable(bin) == 1 then
    local version = vim.trim(vim.fn.system({ bin, "version" }))
    if vim.v.shell_error == 0 then
      ok(vim.fn.exepath(bin) .. ": " .. version)
    else
      err(vim.fn.exepath(bin) .. " does not answer `version`: " .. version)
    end
  else
    err("no executable `" .. bin .. "`", {
      "go install github.com/dbwise/dbwise/cmd/dbwise@latest",
      "or name it: require('dbwise').setup({ cmd = '/path/to/dbwise' })",
    })
  end

  local clients = dbwise.clients()
  if #clients == 0 then
    warn("no server is running; one starts with the first SQL, TypeScript, JavaScript, Go or Prisma file")
  end
  for _, c in ipairs(clients) do
    ok("server " .. c.id .. " runs in " .. tostring(c.config.root_dir))
  end
end

return M
