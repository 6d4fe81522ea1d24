import { newClient } from '../fixtures/client.ts';
import { sound } from '../fixtures/looks.ts';
import { Gate, call, say, wait } from '../fixtures/model/script.ts';
import { deliver, finish } from '../fixtures/model/work.ts';
import { OLGA } from '../fixtures/people.ts';
import { ask, line, standing } from '../fixtures/request.ts';
import { sameAsLog } from '../fixtures/same.ts';
import { expect, test } from '../fixtures/test.ts';

test.use({ scripted: true });

test('agents help each other in one conversation, each under its own name', async ({ page, model, server, visit }) => {
  const desk = await visit(OLGA);
  const helper = `Otto ${test.info().project.name}`;
  await desk.goto('/desk/agents/new');
  await desk.getByLabel('Name', { exact: true }).fill(helper);
  await desk.getByRole('button', { name: 'Add agent' }).click();
  await desk.waitForURL(/\/desk\/agents$/);

  const [dates, checked] = [new Gate(), new Gate()];
  const task = `Check the dates for ${test.info().project.name}`;
  model.play(`You are ${helper}`, [[say('The notice names the second of May, '), wait(dates), say('which is a Saturday.')]]);
  const tasks = [{ agent: helper, task }];
  model.play('Side by side', [
    [say('I write the notice and have its dates checked.'), call('delegate', { tasks })],
    [wait(checked), deliver('The notice', '# The notice\n\nFriday, 1 May.'), finish()],
  ]);
  const client = await newClient(page, 'One at a time');
  await ask(page, { title: 'Side by side' });

  const helps = line(page).locator('.entry.second');
  await expect(helps).toContainText('The notice names the second of May');
  await expect(helps).toContainText(helper);
  await expect(page.locator('.page-sub')).toContainText(`is working on it with ${helper}`);
  await sound(page);
  dates.open();
  await checked.reached;
  await expect(helps).toContainText('which is a Saturday.');
  await expect(page.locator('.page-sub')).not.toContainText(helper);
  checked.open();
  await expect(standing(page)).toHaveText('Review');
  await sameAsLog(page, server, 'Side by side', () => visit(client));
});
