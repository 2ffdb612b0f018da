import {Parley} from "parley-client";

/** Person is a sample user, with a token of a short life. */
export interface Person {
  user_id: string;
  display_name: string;
  token: string;
}

/** people asks the server who the sample users are; only the demo answers, and only on its own machine. */
export async function people(): Promise<Person[]> {
  const answer = await fetch("session.json");
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error?.message ?? answer.statusText);
  return body.users;
}

/** clientOf connects as a sample user; a new token is asked for when the old one ends. */
export function clientOf(person: Person): Parley {
  let first: string | undefined = person.token;
  return new Parley({
    url: location.origin,
    pauses: {first: 300, most: 3_000},
    token: async () => {
      const token = first ?? (await people()).find((p) => p.user_id === person.user_id)!.token;
      first = undefined;
      return token;
    },
  });
}

/** here lets a file of this server be fetched by the name under which the page was opened. */
export function here(url: string): string {
  const {pathname, search} = new URL(url);
  return pathname.startsWith("/v1/assets/") ? pathname + search : url;
}
