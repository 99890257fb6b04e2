/**
 * Rule `function-length`: a function fits on a screen.
 *
 * @module
 */

/** The most lines that a function may have, from its first token to its closing brace. */
export const FUNCTION_LINES_MAX = 70;

/** A function of any form that has a body. */
type WithBody =
  | Deno.lint.ArrowFunctionExpression
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression;

/** The rule. */
export const functionLength: Deno.lint.Rule = {
  create(context) {
    const check = (node: WithBody): void => {
      const lines = context.sourceCode.getText(node).split("\n").length;
      if (lines <= FUNCTION_LINES_MAX) return;
      context.report({
        node,
        message: `a function of ${lines} lines; the most is ${FUNCTION_LINES_MAX}`,
        hint: "Name its parts and give each a function of its own.",
      });
    };
    return {
      ArrowFunctionExpression: check,
      FunctionDeclaration: check,
      FunctionExpression: check,
    };
  },
};
