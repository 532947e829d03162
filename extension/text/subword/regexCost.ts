// How long a regular expression of somebody else may take: JavaScript's engine tries one way after another, and a text that fits in none can
// have very many. What is refused here could take longer than the universe; what is left is ended by the clock (text/matchLimit.ts).

/** What varies in length, and what repeats often enough to count. */
const VARIES = /^(?:[*+?|]|\{\d+,)/;
const REPEATS = /^(?:[*+]|\{(?:\d{2,}|\d+,(?:\}|\d{2,})))/;

interface Group {
  /** Whether it holds a repetition, something optional or alternatives. */
  varies: boolean;
  /** Repetitions one after another: in the alternative that is read, and the most of those before it. */
  here: number;
  most: number;
}

export interface RegexCost {
  /** A group is repeated that holds a repetition, something optional or alternatives: one text has exponentially many ways through it. */
  repeatsVariants: boolean;
  /** Repetitions along one way, at most. A text of n characters takes up to n to the power of this and one more. */
  repetitions: number;
}

export function regexCost(regex: string): RegexCost {
  const open: Group[] = [newGroup()];
  let repeatsVariants = false;
  let isInClass = false;
  const repeat = (at: number): void => {
    if (REPEATS.test(regex.slice(at))) open[open.length - 1].here++;
    if (VARIES.test(regex.slice(at))) open[open.length - 1].varies = true;
  };
  for (let at = 0; at < regex.length; at++) {
    const character = regex[at];
    if (character === '\\') at++;
    else if (isInClass) isInClass = character !== ']';
    else if (character === '[') isInClass = true;
    else if (character === '(') {
      open.push(newGroup());
      // The mark of a group that is not captured, and no repetition.
      if (regex[at + 1] === '?') at++;
    } else if (character === ')' && open.length > 1) {
      const { varies, here, most } = open.pop() as Group;
      const around = open[open.length - 1];
      repeatsVariants ||= varies && REPEATS.test(regex.slice(at + 1));
      around.varies ||= varies;
      around.here += Math.max(here, most);
    } else {
      repeat(at);
      if (character === '|') nextAlternative(open[open.length - 1]);
    }
  }
  const whole = open.map(({ here, most }) => Math.max(here, most));
  return { repeatsVariants, repetitions: whole.reduce((sum, count) => sum + count, 0) };
}

const newGroup = (): Group => ({ varies: false, here: 0, most: 0 });

function nextAlternative(group: Group): void {
  group.most = Math.max(group.most, group.here);
  group.here = 0;
}
