;;; e2e.el --- drive a real Emacs with Eglot, in batch mode  -*- lexical-binding: t -*-
;;
;;   E2E_WS=copy-of-demo E2E_BIN=dbwise E2E_SCENARIOS=scenarios.json \
;;     emacs --batch -Q -l e2e.el
;;
;; Runs the scenarios whose language Emacs has a mode for and whose fix stays in
;; the file: SQL.  Emacs 28 needs Debian's elpa-eglot; later ones have Eglot inside.
;; Exit code 0 or 1.
(require 'json)
(require 'flymake)
(require 'seq)
(setq make-backup-files nil  create-lockfiles nil)
(unless (require 'eglot nil t)
  ;; -Q leaves Debian's add-ons out: put that folder back, nothing else.
  (dolist (dir (file-expand-wildcards "/usr/share/emacs/site-lisp/elpa-src/*"))
    (add-to-list 'load-path dir))
  (require 'eglot))

(defun e2e-fail (format &rest args)
  (message "FAIL %s" (apply #'format format args))
  (kill-emacs 1))

(defun e2e-wait (what condition)
  "Poll CONDITION for 30 seconds; its value, or the end with a word about WHAT."
  (let ((end (+ (float-time) 30)) value)
    (while (and (not (setq value (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    (or value (e2e-fail "no %s" what))))

(defun e2e-lsp (diagnostic)
  (alist-get 'eglot-lsp-diag (flymake-diagnostic-data diagnostic)))

(defun e2e-finding (rule)
  (flymake-start)
  (seq-find (lambda (d) (equal rule (plist-get (e2e-lsp d) :code))) (flymake-diagnostics)))

(defun e2e-actions (diagnostic)
  (append
   (jsonrpc-request
    (eglot-current-server) :textDocument/codeAction
    (list :textDocument (eglot--TextDocumentIdentifier)
          :range (list :start (eglot--pos-to-lsp-position (flymake-diagnostic-beg diagnostic))
                       :end (eglot--pos-to-lsp-position (flymake-diagnostic-end diagnostic)))
          :context (list :diagnostics (vector (e2e-lsp diagnostic)))))
   nil))

(defun e2e-apply (action)
  (when (and (not (plist-get action :edit)) (plist-get action :data))
    (setq action (jsonrpc-request (eglot-current-server) :codeAction/resolve action)))
  ;; The second argument became mandatory with Emacs 30.
  (if (< (car (func-arity 'eglot--apply-workspace-edit)) 2)
      (eglot--apply-workspace-edit (plist-get action :edit))
    (eglot--apply-workspace-edit (plist-get action :edit) this-command)))

(defun e2e-run (scenario)
  (let ((rule (gethash "rule" scenario)))
    (find-file (expand-file-name (gethash "file" scenario) (getenv "E2E_WS")))
    (unless (eglot-current-server)
      (apply #'eglot (let ((contact (eglot--guess-contact)))
                       (if (>= (length contact) 5) contact (append contact '(nil))))))
    (e2e-wait "connection" #'eglot-current-server)
    (flymake-mode 1)
    (let* ((found (e2e-wait (concat rule " finding") (lambda () (e2e-finding rule))))
           (actions (e2e-actions found))
           (action (seq-find (lambda (a) (string-search (gethash "action" scenario) (plist-get a :title)))
                             actions)))
      (message "  line %d: %s" (line-number-at-pos (flymake-diagnostic-beg found)) (flymake-diagnostic-text found))
      (unless action
        (e2e-fail "no action with %s in %S" (gethash "action" scenario)
                  (mapcar (lambda (a) (plist-get a :title)) actions)))
      (e2e-apply action))
    (seq-doseq (want (gethash "want" scenario))
      (unless (string-search want (buffer-string)) (e2e-fail "the buffer lacks %s:\n%s" want (buffer-string))))
    ;; Batch mode has no idle timers: send the pending change by hand.
    (eglot--signal-textDocument/didChange)
    (e2e-wait "end of the finding" (lambda () (not (e2e-finding rule))))
    (set-buffer-modified-p nil)
    (message "ok %s" (gethash "name" scenario))))

(condition-case err
    (progn
      (message "emacs %s" emacs-version)
      (setq eglot-sync-connect 15  eglot-confirm-server-initiated-edits nil)
      (add-to-list 'eglot-server-programs (list 'sql-mode (getenv "E2E_BIN") "lsp"))
      ;; project.el asks where it finds no version control: this folder is the project.
      (let ((root (file-name-as-directory (getenv "E2E_WS"))))
        (setq project-find-functions (list (lambda (_dir) (cons 'transient root)))))
      (let ((todo (seq-filter (lambda (s) (and (string-suffix-p ".sql" (gethash "file" s))
                                               (not (gethash "create" s))))
                              (with-temp-buffer
                                (insert-file-contents (getenv "E2E_SCENARIOS"))
                                (json-parse-buffer)))))
        (when (seq-empty-p todo) (e2e-fail "no scenario to run"))
        (seq-do #'e2e-run todo))
      (eglot-shutdown (eglot-current-server))
      (message "PASS")
      (kill-emacs 0))
  (error (e2e-fail "%S" err)))
