-- dbwise for Neovim 0.7 to 0.12, without nvim-lspconfig.
local M = {}
local name = "dbwise"

local options = { cmd = nil, config = nil, rules = nil, codeLens = nil }

local filetypes = {
  "sql",
  "typescript",
  "typescriptreact",
  "javascript",
  "javascriptreact",
  "go",
  "prisma",
}

-- Most telling first: a configuration file names the root of the project; a
-- package may be one of several that share a schema.
local markers = { { "dbwise.jsonc", "dbwise.json" }, { ".git" }, { "go.mod", "package.json" } }

-- 0.11 brought vim.lsp.config and vim.lsp.enable.
local function has_native_config()
  return vim.fn.has("nvim-0.11") == 1
end

function M.clients()
  local found = {}
  for _, c in pairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
    if c.name == name then table.insert(found, c) end
  end
  return found
end

local function find_up(names, dir)
  if vim.fs and vim.fs.find then
    return vim.fs.find(names, { path = dir, upward = true })[1]
  end
  local nearest
  for _, n in ipairs(names) do
    local hit = vim.fn.findfile(n, dir .. ";")
    if hit == "" then hit = vim.fn.finddir(n, dir .. ";") end
    if hit ~= "" then
      hit = vim.fn.fnamemodify(hit, ":p"):gsub("/$", "")
      if not nearest or #hit > #nearest then nearest = hit end
    end
  end
  return nearest
end

function M.root(buf)
  local dir = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buf), ":p:h")
  for _, names in ipairs(markers) do
    local hit = find_up(names, dir)
    if hit then return vim.fn.fnamemodify(hit, ":p:gs?/$??:h") end
  end
  return dir
end

--- The binary and its arguments.
function M.cmd()
  local cmd = options.cmd or vim.g.dbwise_cmd or { name, "lsp" }
  if type(cmd) == "string" then cmd = { cmd, "lsp" } end
  return cmd
end

--- The table that vim.lsp.config() wants; the older versions use it as well.
function M.config()
  local settings = { config = options.config, rules = options.rules, codeLens = options.codeLens }
  return {
    name = name,
    cmd = M.cmd(),
    filetypes = filetypes,
    root_dir = function(buf, on_dir) on_dir(M.root(buf)) end,
    init_options = settings,
    settings = { dbwise = settings },
  }
end

local by_root = {} -- 0.7 has no vim.lsp.start, which would keep this for us

function M.attach(buf)
  if vim.bo[buf].buftype ~= "" then return end
  local c = M.config()
  c.root_dir = M.root(buf)
  if vim.lsp.start then
    vim.lsp.start(c, { bufnr = buf })
    return
  end
  local id = by_root[c.root_dir]
  -- Not client_is_stopped: it is also true until the server has answered.
  if not id or not vim.lsp.get_client_by_id(id) then
    id = vim.lsp.start_client(c)
    by_root[c.root_dir] = id
  end
  if id then vim.lsp.buf_attach_client(buf, id) end
end

local function attach_all()
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) and vim.tbl_contains(filetypes, vim.bo[buf].filetype) then
      if has_native_config() then
        vim.api.nvim_exec_autocmds("FileType", { buffer = buf, group = "nvim.lsp.enable" })
      else
        M.attach(buf)
      end
    end
  end
end

local function stop(client, force)
  -- A function until 0.10, a method since.
  if has_native_config() then return client:stop(force) end
  -- 0.10 asks for findings even after it has sent shutdown, and shows the refusal.
  for _, buf in ipairs(vim.lsp.get_buffers_by_client_id(client.id)) do
    vim.lsp.buf_detach_client(buf, client.id)
  end
  client.stop(force)
end

--- Ends the server and starts it again for every open buffer of ours.
function M.restart()
  for _, c in ipairs(M.clients()) do stop(c, false) end
  local tries = 0
  local function wait()
    tries = tries + 1
    if #M.clients() == 0 then return attach_all() end
    if tries == 60 then -- three seconds of politeness
      for _, c in ipairs(M.clients()) do stop(c, true) end
    end
    if tries < 100 then vim.defer_fn(wait, 50) end
  end
  wait()
end

--- Shows a rule's documentation; without a name, that of the finding at the cursor.
function M.explain(rule)
  if not rule or rule == "" then
    local line = vim.api.nvim_win_get_cursor(0)[1] - 1
    for _, d in ipairs(vim.diagnostic.get(0, { lnum = line })) do
      if d.source == name then rule = d.code end
    end
  end
  if not rule or rule == "" then
    vim.notify("dbwise: no finding at the cursor", vim.log.levels.INFO)
    return
  end
  local text = vim.fn.systemlist({ M.cmd()[1], "explain", tostring(rule) })
  if vim.v.shell_error ~= 0 then
    vim.notify("dbwise: " .. table.concat(text, "\n"), vim.log.levels.ERROR)
    return
  end
  vim.cmd("botright new")
  vim.api.nvim_buf_set_lines(0, 0, -1, false, text)
  vim.bo.buftype, vim.bo.bufhidden, vim.bo.swapfile = "nofile", "wipe", false
  vim.bo.modifiable = false
  -- Newer versions stop here with an error when the parser for Markdown is missing;
  -- the text can be read without colours.
  vim.cmd("silent! setlocal filetype=markdown")
end

--- Called by plugin/dbwise.lua.
function M.enable()
  -- Not every version knows the extension.
  if vim.filetype and vim.filetype.add then vim.filetype.add({ extension = { prisma = "prisma" } }) end
  if has_native_config() then
    vim.lsp.enable(name)
  else
    vim.api.nvim_create_autocmd("FileType", {
      group = vim.api.nvim_create_augroup(name, { clear = true }),
      pattern = filetypes,
      callback = function(event) M.attach(event.buf) end,
    })
  end
  vim.api.nvim_create_user_command("DbwiseRestart", M.restart, { desc = "Restart the dbwise server" })
  vim.api.nvim_create_user_command("DbwiseExplain", function(c) M.explain(c.args) end, {
    nargs = "?",
    desc = "Show the documentation of a dbwise rule",
  })
  -- Code actions may ask the editor to show a rule.
  vim.lsp.commands["dbwise.explain"] = function(command) M.explain((command.arguments or {})[1]) end
end

--- Optional. opts: cmd (string or list), config (path of dbwise.jsonc), rules
--- (levels by rule), codeLens ({ enable = false }: none).
function M.setup(opts)
  options = vim.tbl_extend("force", options, opts or {})
  if has_native_config() then vim.lsp.config(name, M.config()) end
end

return M
