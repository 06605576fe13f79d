/** A condition as the language writes it: for sentences, for `explain`, and as the name of a `for` clock. */
import { printDuration } from "../base/duration.ts";
import type { Condition, HostReference, Population, Quantity, Subject } from "./condition.ts";

/** Parses to the same condition again. Parentheses stand only where the grammar needs them. */
export function sayCondition(condition: Condition): string {
  switch (condition.kind) {
    case "or":
      return condition.parts.map(sayCondition).join(" or ");
    case "and":
      return condition.parts
        .map((part) => (part.kind === "or" ? `(${sayCondition(part)})` : sayCondition(part)))
        .join(" and ");
    case "not":
      return `not ${sayOperand(condition.part)}`;
    case "is":
      return `${saySubject(condition.subject)} is ${condition.isNegated ? "not " : ""}${condition.statuses.join(" or ")}`;
    case "was":
      return `${saySubject(condition.subject)} was ${condition.statuses.join(" or ")}`;
    case "metric":
      return `${condition.metric} of ${saySubject(condition.subject)} ${condition.comparison} ${sayQuantity(condition.quantity)}`;
    case "range":
      return `${condition.metric} of ${saySubject(condition.subject)} is in its ${condition.range} range`;
    case "quantified": {
      const { quantifier, isNegated, statuses } = condition;
      const verb = quantifier === "all" ? "are" : "is";
      return `${quantifier} ${sayPopulation(condition.over, quantifier)} ${verb} ${isNegated ? "not " : ""}${statuses.join(" or ")}`;
    }
    case "count":
      return `count of ${sayPopulation(condition.over, "all")} is ${condition.statuses.join(" or ")} ${condition.comparison} ${condition.count}`;
    case "for":
      return `${sayOperand(condition.part)} for ${printDuration(condition.durationMs)}`;
  }
}

function sayOperand(condition: Condition): string {
  const isCompound =
    condition.kind === "and" || condition.kind === "or" || condition.kind === "not" || condition.kind === "for";
  return isCompound ? `(${sayCondition(condition)})` : sayCondition(condition);
}

export function saySubject(subject: Subject): string {
  if (subject.kind !== "check") return sayHost(subject);
  return subject.on === null ? subject.check : `${subject.check} on ${sayHost(subject.on)}`;
}

export function sayHost(reference: HostReference): string {
  return reference.kind === "host" ? reference.host : `%${reference.variable}%`;
}

function sayPopulation(over: Population, quantifier: "all" | "any"): string {
  if (over.kind === "hosts") return quantifier === "all" ? "hosts" : "host";
  const word = over.check ?? (quantifier === "all" ? "checks" : "check");
  return over.on === null ? word : `${word} on ${sayHost(over.on)}`;
}

export function sayQuantity(quantity: Quantity): string {
  switch (quantity.kind) {
    case "number":
      return String(quantity.value);
    case "percent":
      return `${quantity.value}%`;
    case "bytes":
      return quantity.text;
    case "duration":
      return printDuration(quantity.ms);
  }
}
