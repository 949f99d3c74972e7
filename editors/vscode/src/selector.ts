// Narrower than vscode.DocumentFilter, so that VS Code and the client library both
// take it.
type Filter = { scheme: string; language: string } | { scheme: string; pattern: string };

const languages = ["sql", "postgres", "typescript", "typescriptreact", "javascript", "javascriptreact", "go", "prisma"];

// By language and by name: several extensions give .sql files a language of
// their own, and without one for Prisma a schema is plain text.
const patterns = ["**/*.sql", "**/*.prisma"];

export const documentSelector: Filter[] = ["file", "untitled"].flatMap((scheme) => [
  ...languages.map((language) => ({ scheme, language })),
  ...patterns.map((pattern) => ({ scheme, pattern })),
]);
