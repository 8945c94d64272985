// Countries and time zones are proposed while they are typed; the names are the browser's own.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";

  function propose(field, options) {
    const list = document.createElement("datalist");
    list.id = `${field.id}_proposals`;
    list.append(...options.map(([value, label]) => Object.assign(document.createElement("option"), { value, label })));
    field.after(list);
    field.setAttribute("list", list.id);
    field.autocomplete = "off";
  }

  function countries() {
    const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    const codes = letters.flatMap((first) => letters.map((second) => first + second));
    return codes.map((code) => [code, names.of(code)]).filter(([, name]) => name);
  }

  for (const field of document.querySelectorAll("input[name=default_country]")) propose(field, countries());
  for (const field of document.querySelectorAll("input[name=time_zone]")) {
    propose(field, (Intl.supportedValuesOf?.("timeZone") ?? []).map((zone) => [zone, ""]));
  }
});
