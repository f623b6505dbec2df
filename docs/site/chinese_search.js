/* Queries in Chinese, see chinese_search.py. This runs after searchtools.js. */
const HAN = "[\\u3007\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{323af}]";
const WORD = new RegExp(`${HAN}+|(?:(?!${HAN})[\\p{Letter}\\p{Number}_])+`, "gu");
const isHan = (word) => new RegExp(HAN, "u").test(word);

splitQuery = (query) => query.match(WORD) ?? [];

/*
 * Find the pages that have all words of three characters or more and all Chinese ones; the other words count only
 * if there is nothing else. Sphinx compares numbers of words, so that a Chinese word could take another's place.
 */
const findPages = Search.performTermsSearch;
Search.performTermsSearch = (words, excluded) => {
  const required = [...words].filter((word) => word.length > 2 || isHan(word));
  if (!required.length) return findPages(words, excluded);
  const found = required.map((word) => findPages(new Set([word]), excluded));
  return found[0].filter(([page]) => found.every((results) => results.some(([other]) => other === page)));
};
