-- What a person would do, in order. Reads the job that FLUX_INDEX_JOB names and writes what was seen
-- into the file that FLUX_INDEX_SEEN names. Runs in Neovim 0.7 and newer.

local TIMEOUT = 60000

local function read(name)
  return table.concat(vim.fn.readfile(vim.env[name]), '\n')
end

local function wait(what, condition)
  if not vim.wait(TIMEOUT, condition, 10) then
    error('waited too long until ' .. what)
  end
end

local function edit(path)
  vim.cmd('edit ' .. vim.fn.fnameescape(path))
  vim.bo.filetype = 'python'
  wait('a server is attached', function()
    local get_clients = vim.lsp.get_clients or vim.lsp.get_active_clients
    for _, client in ipairs(get_clients()) do
      local attached = vim.lsp.buf_is_attached(0, client.id)
      if attached and client.server_capabilities.definitionProvider then
        return true
      end
    end
    return false
  end)
end

local function go_to(place)
  vim.fn.cursor(place.line, place.column)
end

local function text(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n') .. '\n'
end

local function definition(job)
  edit(job.file)
  go_to(job)
  local before = vim.fn.expand('%:p')
  vim.lsp.buf.definition()
  wait('the definition is shown', function()
    return vim.fn.expand('%:p') ~= before
  end)
  return { file = vim.fn.expand('%:p'), line = vim.fn.line('.'), text = vim.fn.getline('.') }
end

local function hover(job)
  edit(job.file)
  go_to(job)
  vim.lsp.buf.hover()
  local shown
  wait('hover is shown', function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        shown = text(vim.api.nvim_win_get_buf(window))
        vim.api.nvim_win_close(window, true)
        return true
      end
    end
    return false
  end)
  return shown
end

local function references(job)
  edit(job.file)
  go_to(job)
  vim.fn.setqflist({})
  vim.lsp.buf.references()
  wait('references are listed', function()
    return #vim.fn.getqflist() > 0
  end)
  local found = {}
  for _, item in ipairs(vim.fn.getqflist()) do
    local file = vim.fn.fnamemodify(vim.fn.bufname(item.bufnr), ':p')
    table.insert(found, { file, item.lnum, item.col })
  end
  vim.cmd('cclose')
  return found
end

local function rename(job)
  edit(job.file)
  go_to(job)
  vim.lsp.buf.rename(job.new)
  wait('it is renamed', function()
    return vim.bo.modified
  end)
  local changed = {}
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.bo[buffer].modified then
      changed[vim.api.nvim_buf_get_name(buffer)] = text(buffer)
    end
  end
  vim.cmd('wall')
  return changed
end

local function fix(job)
  edit(job.file)
  vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(vim.trim(job.text), '\n'))
  wait('it is found', function()
    for _, each in ipairs(vim.diagnostic.get(0)) do
      if each.message:find(job.message, 1, true) then
        return true
      end
    end
    return false
  end)
  local before = text(0)
  go_to(job)
  if vim.fn.has('nvim-0.8') == 1 then
    vim.lsp.buf.code_action({
      apply = true,
      filter = function(action)
        return action.title == job.title
      end,
    })
  else
    -- It can only be chosen by hand.
    vim.ui.select = function(items, _, choose)
      for index, item in ipairs(items) do
        if item[2].title == job.title then
          return choose(item, index)
        end
      end
      choose(nil)
    end
    vim.lsp.buf.code_action()
  end
  wait('the fix is applied', function()
    return text(0) ~= before
  end)
  return text(0)
end

local function all()
  local job = vim.fn.json_decode(read('FLUX_INDEX_JOB'))
  vim.o.hidden = true
  return {
    definition = definition(job.definition),
    hover = hover(job.hover),
    references = references(job.references),
    renamed = rename(job.rename),
    fixed = fix(job.fix),
    messages = vim.fn.execute('messages'),
    log = vim.lsp.get_log_path(),
  }
end

local ok, seen = xpcall(all, debug.traceback)
local answer = ok and seen or { failed = seen, log = vim.lsp.get_log_path() }
vim.fn.writefile({ vim.fn.json_encode(answer) }, vim.env.FLUX_INDEX_SEEN)
vim.cmd(ok and 'qall!' or 'cquit 1')
