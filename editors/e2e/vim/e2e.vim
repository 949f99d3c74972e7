" e2e.vim: drive a real Vim with ALE (Debian: vim, vim-ale), without a screen.
"
"   E2E_WS=copy-of-demo E2E_BIN=dbwise E2E_SCENARIOS=scenarios.json \
"     vim -Nu NONE -i NONE -n -es -S e2e.vim </dev/null
"
" Runs the SQL scenarios whose fix stays in the file. ALE offers the actions as a
" numbered list: the fix has to be the first. Exit code 0 or 1, the log on stdout.
set nocompatible hidden noswapfile
let s:log = []

func! s:say(text)
  call add(s:log, a:text)
endfunc

func! s:end(code)
  call writefile(s:log, '/dev/stdout', 'a')
  execute a:code ? 'cquit!' : 'qall!'
endfunc

func! s:fail(text)
  call s:say('FAIL ' . a:text)
  call s:end(1)
endfunc

func! s:wait(what, condition)
  for l:i in range(600)
    if a:condition() | return | endif
    sleep 50m
  endfor
  call s:fail('no ' . a:what)
endfunc

func! s:findings(rule)
  return filter(copy(ale#engine#GetLoclist(bufnr(''))), {_, d -> get(d, 'code', '') ==# a:rule})
endfunc

func! s:text()
  return join(getline(1, '$'), "\n")
endfunc

func! s:run(scenario)
  execute 'edit' fnameescape($E2E_WS . '/' . a:scenario.file)
  set filetype=sql
  ALELint
  call s:wait(a:scenario.rule, {-> !empty(s:findings(a:scenario.rule))})
  let l:found = s:findings(a:scenario.rule)[0]
  call s:say(printf('  line %d: %s', l:found.lnum, l:found.text))
  call cursor(l:found.lnum, l:found.col)
  call feedkeys("1\<CR>", 'tL')
  ALECodeAction
  for l:want in a:scenario.want
    call s:wait('"' . l:want . '" in the buffer', {-> stridx(s:text(), l:want) >= 0})
  endfor
  call s:say('ok ' . a:scenario.name)
endfunc

let g:ale_linters_explicit = 1
let g:ale_disable_lsp = 0
let g:ale_lint_delay = 0
silent! packadd! ale
if empty(globpath(&rtp, 'autoload/ale/linter.vim'))
  for s:dir in glob('/usr/share/vim/vimfiles/pack/*/*/ale', 0, 1) + glob('/usr/share/vim*/**/ale', 0, 1)
    if filereadable(s:dir . '/autoload/ale/linter.vim')
      execute 'set rtp^=' . s:dir
      break
    endif
  endfor
endif
filetype plugin on
runtime! plugin/ale.vim
let g:ale_linters = {'sql': ['dbwise']}
call ale#linter#Define('sql', {
\ 'name': 'dbwise',
\ 'lsp': 'stdio',
\ 'executable': $E2E_BIN,
\ 'command': '%e lsp',
\ 'project_root': {_ -> $E2E_WS},
\})

call s:say('vim ' . v:version)
let s:todo = filter(json_decode(join(readfile($E2E_SCENARIOS), '')), {_, s -> s.file =~# '\.sql$' && !has_key(s, 'create')})
if empty(s:todo) | call s:fail('no scenario to run') | endif
for s:scenario in s:todo
  call s:run(s:scenario)
endfor
call s:say('PASS')
call s:end(0)
