/* `/` puts the cursor in the search, as in the tools that doctors know. Without this file, Tab does it. */
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    var typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    var field = document.querySelector('[data-hy-shortcut="/"]');
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  });
})();
