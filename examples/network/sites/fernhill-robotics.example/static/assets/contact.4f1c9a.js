(async () => {
  const answer = await fetch("/api/contact.json", { headers: { accept: "application/json" } });
  const contact = await answer.json();
  const root = document.getElementById("root");
  const add = (parent, tag, text, href) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (href) element.href = href;
    return parent.appendChild(element);
  };
  add(root, "h1", "Contact");
  const lines = add(root, "p");
  add(lines, "a", contact.email, "mailto:" + contact.email);
  add(lines, "br");
  add(lines, "a", contact.phone, "tel:+1" + contact.phone.replace(/\D/g, ""));
  add(add(root, "address"), "span", contact.address);
  const list = add(root, "ul");
  for (const person of contact.people) {
    const item = add(list, "li");
    add(item, "strong", person.name);
    add(item, "span", ", " + person.title + ", ");
    add(item, "a", person.email, "mailto:" + person.email);
  }
})();
