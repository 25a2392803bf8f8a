// What a client made by openapi-typescript knows of tests/web/shop.py; `nox -s typescript` checks it.
import type { components, operations, paths } from "./openapi";

type Is<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
type Answers<Name extends keyof operations> = operations[Name]["responses"];
type Json<Answer> = Answer extends { content: { "application/json": infer Body } } ? Body : never;

type Schemas = components["schemas"];

const price: Is<Json<Answers<"shop.find_price">[200]>["result"], Schemas["Price"] | null> = true;
const labels: Is<Json<Answers<"shop.labels">[200]>["result"], string[]> = true;
const notified: Is<Json<Answers<"shop.notify">[200]>["result"], null> = true;
const denied: Is<Json<Answers<"shop.check_order">[403]>, Schemas["Decided"] | Schemas["Error"]> = true;
const refused: Is<Json<Answers<"shop.check_order">[401]>, Schemas["Error"]> = true;
const receipt: Is<Schemas["Decided"]["receipt"], string> = true;
const module: Is<Schemas["Decided"]["module"], string | null> = true;
const path: keyof paths = "/_hostkit/hooks/shop/check_order";
const order: Schemas["Order"] = { item: "tea", speed: "fast" };
// @ts-expect-error -- there is no such speed
const wrong: Schemas["Order"] = { item: "tea", speed: "faster" };
type Shelves = operations["shop.find_stock"]["requestBody"]["content"]["application/json"]["shelves"];
const shelf: Is<Shelves[number]["key"], [string, number]> = true;
const shelves: Shelves = [{ key: ["north", 5], value: order }];
type Stock = Json<Answers<"shop.find_stock">[200]>["result"];
const stock = (found: Stock): Map<string, number> =>
  new Map(found.map(({ key: [hall, number], value }) => [`${hall} ${number}`, value.amount]));

export { price, labels, notified, denied, refused, receipt, module, path, order, wrong, shelf, shelves, stock };
