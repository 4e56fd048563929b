;;; emacs.el --- What a person would do, in order  -*- lexical-binding: t -*-

;; Reads the job that FLUX_INDEX_JOB names and writes what was seen into the file that
;; FLUX_INDEX_SEEN names. The user's init file has been loaded before.

(require 'cl-lib)
(require 'flymake)
(require 'json)

(defconst fi-timeout 60)

(defun fi-wait (what condition)
  "Wait until CONDITION holds and return what it gives; WHAT says what that means."
  (let ((until (+ (float-time) fi-timeout)) found)
    (while (not (setq found (funcall condition)))
      (when (> (float-time) until)
        (error "Waited too long until %s" what))
      (accept-process-output nil 0.02))
    found))

(defun fi-edit (place)
  "Visit the file of PLACE, with a server."
  (find-file (alist-get 'file place))
  (unless (eglot-managed-p)
    ;; `eglot-ensure' waits for a command loop, which there is none of here.
    (apply #'eglot (eglot--guess-contact))
    ;; It waits three seconds for the server, then goes on in the background.
    (fi-wait "the server is there" #'eglot-managed-p)))

(defun fi-go-to (place)
  "Go to the line and column of PLACE in its file."
  (fi-edit place)
  (goto-char (point-min))
  (forward-line (1- (alist-get 'line place 1)))
  (forward-char (1- (alist-get 'column place 1))))

(defun fi-text ()
  "The text of the current buffer."
  (buffer-substring-no-properties (point-min) (point-max)))

(defun fi-definition (place)
  (fi-go-to place)
  (call-interactively #'xref-find-definitions)
  `((file . ,(buffer-file-name))
    (line . ,(line-number-at-pos))
    (text . ,(buffer-substring-no-properties (line-beginning-position) (line-end-position)))))

(defun fi-hover (place)
  (fi-go-to place)
  (let (shown)
    (eglot-hover-eldoc-function
     (lambda (doc &rest _) (setq shown (and doc (substring-no-properties doc)))))
    (fi-wait "hover is shown" (lambda () shown))))

(defun fi-references (place)
  (fi-go-to place)
  (let ((backend (xref-find-backend)))
    (vconcat
     (mapcar
      (lambda (item)
        (let ((location (xref-item-location item)))
          (vector (xref-file-location-file location) (xref-location-line location)
                  (1+ (xref-file-location-column location)))))
      (xref-backend-references backend (xref-backend-identifier-at-point backend))))))

(defun fi-rename (place)
  (fi-go-to place)
  (cl-letf (((symbol-function 'y-or-n-p) (lambda (&rest _) t)))
    (eglot-rename (alist-get 'new place)))
  (let (changed)
    (dolist (buffer (buffer-list))
      (with-current-buffer buffer
        (when (and (buffer-file-name) (buffer-modified-p))
          (push (cons (intern (buffer-file-name)) (fi-text)) changed)
          (save-buffer))))
    changed))

(defun fi-fix (place)
  (fi-edit place)
  (erase-buffer)
  (insert (alist-get 'text place))
  (eglot--signal-textDocument/didChange)
  (flymake-start)
  (fi-wait "it is found"
           (lambda ()
             (cl-some (lambda (diagnostic)
                        (string-search (alist-get 'message place)
                                       (flymake-diagnostic-text diagnostic)))
                      (flymake-diagnostics))))
  (fi-go-to place)
  (let ((before (fi-text))
        ;; As if it were asked for with the keyboard.
        (last-nonmenu-event ?\r))
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_ choices &rest _)
                 (car (assoc (alist-get 'title place) choices)))))
      (eglot-code-actions (point) nil nil t))
    (fi-wait "the fix is applied" (lambda () (not (equal before (fi-text))))))
  (fi-text))

(defun fi-all ()
  (let* ((json-object-type 'alist)
         (job (json-read-file (getenv "FLUX_INDEX_JOB"))))
    (let-alist job
      `((definition . ,(fi-definition .definition))
        (hover . ,(fi-hover .hover))
        (references . ,(fi-references .references))
        (renamed . ,(fi-rename .rename))
        (fixed . ,(fi-fix .fix))
        (messages . ,(with-current-buffer
                         (jsonrpc-stderr-buffer (eglot--current-server-or-lose))
                       (fi-text)))))))

(let* ((debug-on-error nil)
       (seen (condition-case problem
                 (fi-all)
               (error `((failed . ,(error-message-string problem)))))))
  (with-temp-file (getenv "FLUX_INDEX_SEEN")
    (insert (json-encode seen)))
  (dolist (server (and (featurep 'eglot) (apply #'append (hash-table-values eglot--servers-by-project))))
    (ignore-errors (eglot-shutdown server nil 10)))
  (kill-emacs (if (assq 'failed seen) 1 0)))
