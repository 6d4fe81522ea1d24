import { newClient } from '../fixtures/client.ts';
import { newColleague } from '../fixtures/colleague.ts';
import { sound } from '../fixtures/looks.ts';
import { Gate, cut, endless, raw, refuse, say, wait } from '../fixtures/model/script.ts';
import { PLAIN, askClient, deliver, finish, held, makePlan } from '../fixtures/model/work.ts';
import { ask, line, question, send, standing } from '../fixtures/request.ts';
import { expect, open, test } from '../fixtures/test.ts';
import { status } from '../fixtures/watch.ts';

test.use({ scripted: true });

test('stop: the work stops, everyone is told, and it can start again', async ({ page, model, visit }) => {
  const gate = new Gate();
  model.play('Stopped on the way', held(gate, 'Later'));
  const client = await newClient(page, 'One at a time');
  const path = await ask(page, { title: 'Stopped on the way' });
  await gate.reached;
  const other = await visit(client);
  await open(other, path);
  await expect(line(other)).toContainText('those who asked twice');
  await other.getByRole('button', { name: 'Stop work' }).click();
  for (const view of [page, other]) await expect(line(view).locator('.stopped')).toContainText('Vera Lindqvist stopped the work');
  // What was written stays.
  await expect(line(page)).toContainText('those who asked twice');
  await expect(page.getByRole('button', { name: 'Stop work' })).toHaveCount(0);
  await sound(page);
  gate.open();
  await page.getByRole('button', { name: 'Restart' }).click();
  await expect(standing(page)).toHaveText('Review');
});

test('steer: the agent hears it in the middle of a sentence and says what came of it', async ({ page, model }) => {
  const gate = new Gate();
  model.play('Steered on the way', [
    [say(PLAIN[0]), say(PLAIN[1]), wait(gate), say(PLAIN[2])],
    [say('Mrs. Hale comes first now.'), deliver('The list', '1. Mrs. Hale'), finish()],
  ]);
  await newClient(page, 'One at a time');
  await ask(page, { title: 'Steered on the way' });
  await gate.reached;
  await expect(line(page)).toContainText('those who asked twice');
  await send(page, 'Please put Mrs. Hale first.');
  const note = line(page).locator('.entry.note').filter({ hasText: 'Please put Mrs. Hale first.' });
  await expect(note).toContainText('Vera Lindqvist gave new direction');
  await expect(note).toContainText('got it');
  await expect(standing(page)).toHaveText('Review');
  await expect(line(page)).toContainText('Mrs. Hale comes first now.');
  const heard = model.asked.filter((asked) => JSON.stringify(asked.messages).includes('Please put Mrs. Hale first.'));
  expect(heard.length).toBeGreaterThan(0);
  gate.open();
});

test('an approval has one winner, and the other is told who and what', async ({ page, model, visit, request, watch }) => {
  watch.allow(status(409));
  model.play('Two answer at once', [
    [makePlan('Ask', 'Write'), askClient('Send it today?', 'Send it today', 'Wait until Monday')],
    [say('Thank you.'), deliver('The mail', 'Dear all,'), finish()],
  ]);
  const client = await newClient(page, 'One at a time');
  const other = await visit();
  const colleague = await newColleague(page, other, request, client);
  const path = await ask(page, { title: 'Two answer at once' });
  await expect(question(page)).toContainText('Send it today?');
  await expect(standing(page)).toHaveText('Waiting on you');
  await sound(page);
  // The colleague's page does not hear of the answer, and presses all the same.
  await other.goto(path);
  await other.route('**/live', (route) => route.abort());
  const [mine, theirs] = [question(page), question(other)];
  const late = await theirs.locator('form').evaluate((form: HTMLFormElement) => ({
    action: form.getAttribute('action') ?? '',
    token: form.querySelector<HTMLInputElement>('[name=form_token]')?.value ?? '',
    keys: [...form.querySelectorAll('button')].map((button) => button.value),
  }));
  await mine.getByRole('button', { name: 'Send it today' }).click();
  await expect(line(page).locator('.approval.answered')).toContainText('Vera Lindqvist answered “Send it today”');
  const answer = await other.request.post(late.action, {
    form: { form_token: late.token, answer: late.keys[1] },
    headers: { accept: 'application/json', origin: new URL(other.url()).origin },
  });
  expect(answer.status()).toBe(409);
  expect(((await answer.json()) as { refused: string }).refused).toContain('Vera Lindqvist already answered “Send it today”');
  expect(colleague.name).not.toBe(client.name);
  await expect(standing(page)).toHaveText('Review');
});

test('two who press in the same instant: one wins, the other reads whose answer counts', async ({ page, model, visit, request, watch }) => {
  watch.allow(status(409));
  model.play('In the same instant', [
    [askClient('Red or blue?', 'Red', 'Blue')],
    [deliver('The colour', 'Chosen.'), finish()],
  ]);
  const client = await newClient(page, 'One at a time');
  const other = await visit();
  await newColleague(page, other, request, client);
  const path = await ask(page, { title: 'In the same instant' });
  await expect(question(page)).toBeVisible();
  await open(other, path);
  await expect(question(other)).toBeVisible();
  // Pressed in the pages themselves: a pointer that has to wait for a page to stand still comes too late.
  const red = await question(page).getByRole('button', { name: 'Red' }).elementHandle();
  const blue = await question(other).getByRole('button', { name: 'Blue' }).elementHandle();
  await Promise.all([red, blue].map((button) => button?.evaluate((button) => (button as HTMLElement).click())));
  const answered = line(page).locator('.approval.answered');
  await expect(answered).toContainText(/answered “(Red|Blue)”/);
  const words = (await answered.innerText()).replace(/ · .*$/s, '');
  await expect(line(other).locator('.approval.answered')).toContainText(words.split('\n').pop() ?? words);
});

const troubles = [
  ['lets nobody in', [refuse(401, 'wrong key')], /denied access/],
  ['has too much to do', [refuse(429, 'slow down', { 'retry-after': '3600' })], /very busy/],
  ['breaks off', [say('Half a sent'), cut()], /didn’t respond/],
  ['sends rubbish', [raw('<html>502</html>\n\ndata: {not json\n\n')], /something unusable/],
  ['never ends', [endless('and so on '.repeat(2000))], /something unusable/],
] as const;

for (const [what, turn, words] of troubles) {
  test(`a model that ${what} ends the run in words, and it can be tried again`, async ({ page, model }) => {
    const title = `Trouble: ${what}`;
    model.play(title, [[...turn]]);
    await newClient(page, 'One at a time');
    await ask(page, { title });
    const failed = line(page).locator('.entry.stopped');
    await expect(failed).toContainText('Couldn’t finish', { timeout: 30_000 });
    await expect(failed).toContainText(words);
    await expect(page.locator('main')).not.toContainText(/\b(AI|LLM|token|prompt|endpoint|stream|401|429)\b/);
    await sound(page);
    model.play(title, [[deliver('At last', 'Here it is.'), finish()]]);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(standing(page)).toHaveText('Review');
  });
}

test('a slow model is waited for', async ({ page, model }) => {
  const gate = new Gate();
  model.play('Slow but sure', [[wait(gate), deliver('In time', 'Slowly.'), finish()]]);
  await newClient(page, 'One at a time');
  await ask(page, { title: 'Slow but sure' });
  await gate.reached;
  await expect(page.locator('.page-sub')).toContainText('is working on it');
  gate.open();
  await expect(standing(page)).toHaveText('Review');
});

test('a model without tools: its words become the deliverable; its key is never shown', async ({ page, model }) => {
  model.play('Words alone', [[say('Dear all,\n\nwe moved. My key is a key of the tests, says the model.')]]);
  await newClient(page, 'One at a time');
  await ask(page, { title: 'Words alone' });
  await expect(standing(page)).toHaveText('Review');
  expect(model.asked.at(-1)?.authorization).toBe('Bearer a key of the tests');
  await page.getByRole('complementary').getByRole('link', { name: /Words alone/ }).click();
  await expect(page.getByRole('article')).toContainText('we moved');
  await expect(page.locator('body')).not.toContainText('a key of the tests');
});
