// Links that change something (data-post) are sent as POST with the page's CSRF token; the server refuses a GET.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-post]");
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (!link || !token) return;
  event.preventDefault();
  const form = document.createElement("form");
  form.method = "post";
  form.action = link.href;
  form.hidden = true;
  form.append(token.cloneNode());
  document.body.append(form);
  form.submit();
});
