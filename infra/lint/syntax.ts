/**
 * Questions about the syntax tree that more than one rule asks.
 *
 * @module
 */

/**
 * Whether an identifier names a value or a type in scope, rather than a member, a key or a label
 * that merely has the same spelling (`record.performance`, `{ Date: 1 }`, `break fetch`).
 */
export function isReference(node: Deno.lint.Identifier): boolean {
  const parent = node.parent;
  switch (parent.type) {
    case "MemberExpression":
      return parent.computed || !sameNode(parent.property, node);
    case "Property":
      return parent.computed || parent.shorthand || !sameNode(parent.key, node);
    case "PropertyDefinition":
    case "MethodDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "TSAbstractMethodDefinition":
    case "TSAbstractPropertyDefinition":
      return parent.computed || !sameNode(parent.key, node);
    case "TSQualifiedName":
      return !sameNode(parent.right, node);
    case "ImportSpecifier":
      return sameNode(parent.local, node);
    case "TSEnumMember":
      return !sameNode(parent.id, node);
    case "ExportSpecifier":
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "TSImportType":
    case "TSNamedTupleMember":
      return false;
    default:
      return true;
  }
}

/** The name of the member that is read from `node`, for `a.name` and `a["name"]`. */
export function memberName(node: Deno.lint.MemberExpression): string | undefined {
  const { property } = node;
  if (!node.computed) return property.type === "Identifier" ? property.name : undefined;
  return property.type === "Literal" && typeof property.value === "string"
    ? property.value
    : undefined;
}

/** Whether two nodes are one: the tree hands out a new object at each access. */
function sameNode(left: Deno.lint.Node, right: Deno.lint.Node): boolean {
  return left.range[0] === right.range[0] && left.range[1] === right.range[1];
}
