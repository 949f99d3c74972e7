-- e2e.lua: drive a real Neovim (0.7 to 0.12), headless, through the plugin.
--
--   E2E_WS=copy-of-demo E2E_PLUGIN=editors/nvim E2E_BIN=dbwise E2E_SCENARIOS=scenarios.json \
--     nvim --clean --headless -c 'luafile e2e.lua'
--
-- Each scenario opens its file, waits for the finding, takes the action from the
-- menu that vim.lsp.buf.code_action() puts up, and reads the result. Exit 0 or 1.
local env = vim.env
local function say(text) io.stdout:write(text .. "\n") end
local function fail(text) error({ text = text }, 0) end

local function wait(what, limit, condition)
  if not vim.wait(limit, condition, 20) then fail("no " .. what .. " after " .. limit / 1000 .. " s") end
end

local function diagnostics(buf, rule)
  return vim.tbl_filter(function(d) return d.source == "dbwise" and d.code == rule end, vim.diagnostic.get(buf))
end

local function at(buf, rule, text)
  for _, d in ipairs(diagnostics(buf, rule)) do
    local line = vim.api.nvim_buf_get_lines(buf, d.lnum, d.lnum + 1, false)[1] or ""
    local _, stop = line:find(text, 1, true)
    if stop and d.col < stop then return d end
  end
end

-- Servers may push and answer pulls; the editor must not show a finding twice.
local function no_duplicates(buf)
  local seen = {}
  for _, d in ipairs(vim.diagnostic.get(buf)) do
    local key = table.concat({ d.lnum, d.col, tostring(d.code), d.message }, ":")
    if seen[key] then fail("shown twice: " .. key) end
    seen[key] = true
  end
end

local function text_of(buf) return table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), "\n") end

local function choose(action)
  local offered, chosen = {}, false
  local select = vim.ui.select
  vim.ui.select = function(items, opts, on_choice)
    for _, item in ipairs(items) do
      local title = (opts.format_item or tostring)(item)
      table.insert(offered, title)
      if title:find(action, 1, true) and not chosen then
        chosen = true
        on_choice(item, 1)
      end
    end
    if not chosen then on_choice(nil, nil) end
  end
  vim.lsp.buf.code_action()
  vim.wait(10000, function() return #offered > 0 end, 20)
  vim.ui.select = select
  if not chosen then fail("no action with " .. action .. " in: " .. table.concat(offered, " | ")) end
end

local function open(file)
  vim.cmd("edit " .. vim.fn.fnameescape(env.E2E_WS .. "/" .. file))
  return vim.api.nvim_get_current_buf()
end

local function run(s)
  local buf = open(s.file)
  local found
  wait(s.rule .. " at " .. s.at, 30000, function()
    found = at(buf, s.rule, s.at)
    return found
  end)
  no_duplicates(buf)
  say(("  %s:%d:%d %s"):format(s.file, found.lnum + 1, found.col + 1, found.message))
  local before = text_of(buf)
  vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
  choose(s.action)

  local result
  if s.create then
    wait("new file " .. s.create, 10000, function()
      result = vim.fn.glob(env.E2E_WS .. "/" .. s.create, false, true)[1]
      return result
    end)
    wait("text in " .. result, 10000, function()
      vim.cmd("silent! wall")
      return table.concat(vim.fn.readfile(result), "\n") ~= ""
    end)
    result = table.concat(vim.fn.readfile(result), "\n")
  else
    wait("changed text", 10000, function() return text_of(buf) ~= before end)
    result = text_of(buf)
  end
  for _, want in ipairs(s.want) do
    if not result:find(want, 1, true) then fail("the result lacks " .. want .. ":\n" .. result) end
  end
  wait("end of the finding", 15000, function() return not at(buf, s.rule, s.at) end)
  vim.cmd("silent! wall")
end

local function restart(file, rule)
  local buf = open(file)
  local dbwise = require("dbwise")
  local old = dbwise.clients()[1].id
  vim.cmd("DbwiseRestart")
  wait("new server", 15000, function()
    local c = dbwise.clients()[1]
    return c and c.id ~= old
  end)
  wait("finding after the restart", 30000, function() return #diagnostics(buf, rule) > 0 end)
  no_duplicates(buf)
  if #dbwise.clients() ~= 1 then fail(#dbwise.clients() .. " servers for one root") end
end

local function main()
  local v = vim.version()
  say(("nvim %d.%d.%d"):format(v.major, v.minor, v.patch))
  vim.opt.runtimepath:prepend(env.E2E_PLUGIN)
  vim.cmd("filetype on")
  require("dbwise").setup({ cmd = env.E2E_BIN })
  vim.cmd("source " .. env.E2E_PLUGIN .. "/plugin/dbwise.lua")

  -- vim.json came with 0.7 patches; vim.fn has it everywhere.
  for _, s in ipairs(vim.fn.json_decode(vim.fn.readfile(env.E2E_SCENARIOS))) do
    run(s)
    say("ok " .. s.name)
  end
  restart("orders-service/internal/reports/reports.go", "n-plus-one")
  say("ok restart")

  vim.cmd("checkhealth dbwise")
  local health = text_of(0)
  if not health:find("Neovim is 0.7 or newer", 1, true) or not health:find("runs in", 1, true) then
    fail("checkhealth says:\n" .. health)
  end
  say("ok checkhealth")

  vim.cmd("DbwiseExplain n-plus-one")
  if vim.bo.filetype ~= "markdown" or #text_of(0) < 20 then fail("no rule documentation") end
  say("ok explain")

  for _, c in ipairs(require("dbwise").clients()) do
    if vim.fn.has("nvim-0.11") == 1 then c:stop() else c.stop() end
  end
  wait("end of the server", 5000, function() return #require("dbwise").clients() == 0 end)
  say("PASS")
end

local ok, err = pcall(main)
if not ok then say("FAIL " .. (type(err) == "table" and err.text or tostring(err))) end
vim.cmd(ok and "qall!" or "cquit 1")
