// welcome.js: an invitation, carried behind "#" so that no log holds it, becomes a password.
'use strict';
const invitation = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
const said = document.getElementById('said');
if (!invitation) said.textContent = 'The address carries no invitation: open the whole link.';

document.getElementById('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const password = document.getElementById('password').value;
    const answer = await fetch('/api/v1/claim', {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({invitation, password}),
    });
    const body = await answer.json();
    said.textContent = answer.ok ? `You are signed in as ${body.name}, ${body.role}.` : body.message;
});
