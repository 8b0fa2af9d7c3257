/** A day of a small shop, as SQL: the same statements every time. */
import type { Transaction } from "../../verifier/program/transactions.ts";
import { Numbers } from "../numbers.ts";

/** What the database is made of; each text is one payload. */
const SCHEMA = [
  `CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE, town TEXT NOT NULL);
CREATE TABLE category (id INTEGER PRIMARY KEY, name TEXT NOT NULL, parent INTEGER REFERENCES category);
CREATE TABLE product (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, category INTEGER NOT NULL REFERENCES category,
  price REAL NOT NULL CHECK (price > 0), stock INTEGER NOT NULL CHECK (stock >= 0)
);
CREATE TABLE purchase (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customer, minute INTEGER NOT NULL);
CREATE TABLE item (
  purchase INTEGER NOT NULL REFERENCES purchase, product INTEGER NOT NULL REFERENCES product,
  quantity INTEGER NOT NULL CHECK (quantity > 0), price REAL NOT NULL, PRIMARY KEY (purchase, product)
) WITHOUT ROWID;
CREATE TABLE low (product INTEGER PRIMARY KEY REFERENCES product, minute INTEGER NOT NULL, stock INTEGER NOT NULL);`,
  `CREATE INDEX purchase_by_customer ON purchase (customer, minute);
CREATE INDEX item_by_product ON item (product);
CREATE VIEW revenue AS
  SELECT purchase.id AS purchase, customer, minute, sum(quantity * price) AS total
  FROM purchase JOIN item ON item.purchase = purchase.id GROUP BY purchase.id;`,
  `CREATE TRIGGER sell AFTER INSERT ON item BEGIN
  UPDATE product SET stock = stock - new.quantity WHERE id = new.product;
END;
CREATE TRIGGER watch AFTER UPDATE OF stock ON product WHEN new.stock < 5 BEGIN
  INSERT INTO low SELECT new.id, max(minute), new.stock FROM purchase WHERE true
    ON CONFLICT (product) DO UPDATE SET stock = excluded.stock, minute = excluded.minute;
END;`,
  `INSERT INTO category VALUES (1, 'everything', NULL), (2, 'books', 1), (3, 'tools', 1), (4, 'kitchen', 1),
  (5, 'novels', 2), (6, 'atlases', 2), (7, 'saws', 3), (8, 'pans', 4), (9, 'knives', 4);`,
];

const NAMES = [
  "Ada", "Alan", "Barbara", "Claude", "Dennis", "Donald", "Edsger", "Frances", "Grace", "Hedy", "Jean", "Joan", "John",
  "Katherine", "Ken", "Kristen", "Leslie", "Margaret", "Niklaus", "Radia", "Robin", "Sophie", "Tony", "Zoë",
]; // prettier-ignore

const TOWNS = ["Bath", "Delft", "Kraków", "Lyon", "Uppsala"];

/** Name of a product with its category. */
const PRODUCTS: readonly (readonly [name: string, category: number])[] = [
  ["The Glass Harbour", 5], ["A Winter of Foxes", 5], ["Nine Letters", 5], ["Salt Road", 5], ["Atlas of Islands", 6],
  ["Atlas of Rivers", 6], ["Night Sky Atlas", 6], ["coping saw", 7], ["tenon saw", 7], ["bow saw", 7], ["fret saw", 7],
  ["crêpe pan", 8], ["iron pan", 8], ["milk pan", 8], ["stock pot", 8], ["bread knife", 9], ["paring knife", 9],
  ["oyster knife", 9], ["cleaver", 9], ["whetstone", 4], ["apron", 4], ["workbench", 3], ["clamp", 3], ["mallet", 3],
]; // prettier-ignore

/** Questions that the shop asks about its day. */
const QUESTIONS = [
  `SELECT category.name, count(*) AS items, round(sum(item.quantity * item.price), 2) AS revenue
FROM item JOIN product ON product.id = item.product JOIN category ON category.id = product.category
GROUP BY category.id ORDER BY revenue DESC, category.name;`,
  `WITH RECURSIVE under(root, id) AS (
  SELECT id, id FROM category UNION ALL SELECT under.root, category.id FROM under JOIN category ON category.parent = under.id
)
SELECT category.name, sum(product.stock) AS stock, printf('%.2f', avg(product.price)) AS price
FROM under JOIN product ON product.category = under.id JOIN category ON category.id = under.root
GROUP BY under.root ORDER BY stock DESC;`,
  `SELECT name, town, round(sum(total), 2) AS spent, rank() OVER (PARTITION BY town ORDER BY sum(total) DESC) AS place
FROM revenue JOIN customer ON customer.id = revenue.customer GROUP BY customer.id ORDER BY town, place, name LIMIT 12;`,
  `SELECT minute / 60 AS hour, count(*) AS purchases, round(sum(total), 2) AS revenue,
  round(sum(sum(total)) OVER (ORDER BY minute / 60), 2) AS so_far
FROM revenue GROUP BY hour ORDER BY hour;`,
  `SELECT product.name, low.stock, low.minute FROM low JOIN product ON product.id = low.product
WHERE product.name LIKE '%a%' ORDER BY low.stock, product.name;`,
  `SELECT json_group_array(json_object('id', id, 'name', name, 'stock', stock)) AS shelf
FROM (SELECT * FROM product WHERE stock < 8 ORDER BY id);`,
  `SELECT a.name AS one, b.name AS other, count(*) AS together
FROM item AS x JOIN item AS y ON x.purchase = y.purchase AND x.product < y.product
JOIN product AS a ON a.id = x.product JOIN product AS b ON b.id = y.product
GROUP BY x.product, y.product HAVING together > 1 ORDER BY together DESC, one, other LIMIT 5;`,
];

/** Mistakes that customers and clerks make; each is answered with an error and changes nothing. */
const MISTAKES = [
  "INSERT INTO customer VALUES (1, 'Nobody', 'nobody@shop.example', 'Bath');",
  "INSERT INTO purchase (customer, minute) VALUES (999, 60);",
  "UPDATE product SET price = -1 WHERE id = 3;",
  "SELECT nmae FROM customer;",
  "DELETE FROM product WHERE id = 2;",
];

/**
 * Opening, a day of trade, and questions all day long. One text is one payload. @param count - how
 * many; the first 76 open the shop
 */
export function shopStatements(count = 400): string[] {
  const numbers = new Numbers(20_261_120);
  const statements = [...SCHEMA];
  for (const [i, name] of NAMES.entries()) {
    const email = `${name.toLowerCase()}@shop.example`;
    statements.push(`INSERT INTO customer VALUES (${i + 1}, '${name}', '${email}', '${numbers.pick(TOWNS)}');`);
  }
  for (const [i, [name, category]] of PRODUCTS.entries()) {
    const price = (3 + numbers.below(5_000) / 100).toFixed(2);
    const stock = 10 + numbers.below(40);
    statements.push(`INSERT INTO product VALUES (${i + 1}, '${name}', ${category}, ${price}, ${stock});`);
  }
  for (let purchases = 0; statements.length < count;) {
    const minute = 540 + Math.floor((600 * statements.length) / count);
    switch (numbers.below(12)) {
      case 0:
        statements.push(numbers.pick(QUESTIONS));
        break;
      case 1:
        statements.push(numbers.pick(MISTAKES));
        break;
      case 2:
        statements.push(delivery(numbers));
        break;
      case 3:
        statements.push(
          `SELECT name, price, stock FROM product WHERE name LIKE '%${numbers.pick(WORDS)}%' ORDER BY price;`,
        );
        break;
      case 4:
        statements.push(history(numbers));
        break;
      default:
        purchases++;
        statements.push(purchase(numbers, purchases, minute));
    }
  }
  return statements.slice(0, count);
}

/** Steps that a payload may take; the most expensive of the day takes about a tenth. */
const FUEL = 100_000_000n;

/** The same statements as transactions. */
export function shopTransactions(count?: number): Transaction[] {
  const utf8 = new TextEncoder();
  return shopStatements(count).map((text) => ({ fuel: FUEL, keep: false, payload: utf8.encode(text) }));
}

/** Index of the first question about money that is asked when most of the day is over. */
export function shopQuestion(count = 400): number {
  const late = Math.floor(0.6 * count);
  return shopStatements(count).findIndex(
    (text, i) => i >= late && QUESTIONS.includes(text) && text.includes("revenue"),
  );
}

const WORDS = ["saw", "pan", "atlas", "of", "knife", "e"];

/**
 * All or nothing: the trigger takes the items from the stock, whose check refuses what is not
 * there.
 */
function purchase(numbers: Numbers, id: number, minute: number): string {
  const products = new Set(Array.from({ length: 1 + numbers.below(4) }, () => 1 + numbers.below(PRODUCTS.length)));
  const items = [...products].map((product) => {
    const quantity = 1 + numbers.below(4);
    return `INSERT INTO item SELECT ${id}, id, ${quantity}, price FROM product WHERE id = ${product};`;
  });
  const customer = 1 + numbers.below(NAMES.length);
  return `BEGIN;\nINSERT INTO purchase VALUES (${id}, ${customer}, ${minute});\n${items.join("\n")}\nCOMMIT;`;
}

function delivery(numbers: Numbers): string {
  const [first, amount] = [1 + numbers.below(PRODUCTS.length - 4), 5 + numbers.below(10)];
  return `UPDATE product SET stock = stock + ${amount} WHERE id BETWEEN ${first} AND ${first + 4} RETURNING name, stock;`;
}

function history(numbers: Numbers): string {
  return `SELECT purchase.id, minute, group_concat(product.name, ', ' ORDER BY product.name) AS items
FROM purchase JOIN item ON item.purchase = purchase.id JOIN product ON product.id = item.product
WHERE customer = ${1 + numbers.below(NAMES.length)} GROUP BY purchase.id ORDER BY minute DESC LIMIT 5;`;
}
