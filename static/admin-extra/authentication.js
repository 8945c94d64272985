// Shows the settings of the chosen kind of authentication. Without it all of them are shown.
document.addEventListener("DOMContentLoaded", () => {
  for (const section of document.querySelectorAll("[data-authentication]")) {
    const select = section.querySelector("select[name$='authentication_kind']");
    if (!select) continue;
    const update = () => {
      for (const row of section.querySelectorAll("[data-kinds]")) {
        const hasError = row.querySelector(".errors, .errorlist") !== null;
        row.hidden = !hasError && !row.dataset.kinds.split(" ").includes(select.value);
      }
    };
    select.addEventListener("change", update);
    update();
  }
});
