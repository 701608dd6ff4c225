/* Hygie: small comforts. Every page works without this file.
   Menus close on Escape and on a click outside; a list of errors takes the focus; a code can be copied; somebody is
   told two minutes before a session ends. */
(function () {
  "use strict";

  function openMenus() {
    return Array.from(document.querySelectorAll("details.hy-switch[open]"));
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      openMenus().forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
  });

  document.addEventListener("click", function (event) {
    openMenus().forEach(function (menu) {
      if (!menu.contains(event.target)) {
        menu.open = false;
      }
    });
    var copy = event.target.closest("[data-hy-copy]");
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText(copy.getAttribute("data-hy-copy")).then(function () {
        copy.setAttribute("data-hy-copied", "");
        var said = copy.querySelector("[data-hy-said]");
        if (said) {
          said.hidden = false;
        }
      });
    }
  });

  var errors = document.querySelector("[data-hy-focus]");
  if (errors) {
    errors.focus();
  }

  /* A button that needs a script is shown by the script. */
  document.querySelectorAll("[data-hy-copy][hidden]").forEach(function (button) {
    button.hidden = !navigator.clipboard;
  });

  var seconds = Number(document.body.getAttribute("data-session-seconds"));
  var template = document.getElementById("hy-session-end");
  if (!seconds || !template) {
    return;
  }
  var shown = null;
  var timer = 0;
  var ending = 0;

  function hide() {
    if (shown) {
      shown.remove();
      shown = null;
    }
  }

  function plan() {
    window.clearTimeout(timer);
    window.clearTimeout(ending);
    timer = window.setTimeout(warn, Math.max(seconds - 120, seconds / 2) * 1000);
    /* On a shared computer nothing stays on the screen after the end. */
    if (document.body.hasAttribute("data-session-kiosk")) {
      ending = window.setTimeout(function () {
        window.location.reload();
      }, (seconds + 2) * 1000);
    }
  }

  function stay() {
    var token = document.querySelector("input[name=csrfmiddlewaretoken]");
    var body = new URLSearchParams({ csrfmiddlewaretoken: token ? token.value : "" });
    fetch(document.body.getAttribute("data-session-url"), { method: "POST", body: body, redirect: "manual" }).then(function (answer) {
      if (answer.status === 204) {
        hide();
        plan();
      } else {
        window.location.reload();
      }
    });
  }

  function warn() {
    hide();
    shown = template.content.firstElementChild.cloneNode(true);
    document.body.appendChild(shown);
    var button = shown.querySelector("[data-hy-stay]");
    button.addEventListener("click", stay);
    button.focus();
  }

  plan();
})();
