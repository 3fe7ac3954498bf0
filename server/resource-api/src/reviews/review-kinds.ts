// What clients ask about themselves before anything else, in Kubernetes' groups for it: posted, answered at once, and kept nowhere.
import type { KindInfo } from "@neverland/api";
import { z } from "zod";

const text = z.string().nullish();
const texts = z.array(z.string());
const userInfo = z.looseObject({
  username: z.string().describe("The name that the token stands for."),
  groups: texts.describe("The groups that it is of."),
});

const accessSpecSchema = z.looseObject({
  resourceAttributes: z
    .looseObject({
      namespace: text.describe("The namespace; empty is all of them."),
      verb: text.describe("What is to be done: get, list, watch, create, update, patch, delete or deletecollection."),
      group: text.describe("The API group of the kind; empty is the core group."),
      version: text.describe("The API version of the kind."),
      resource: text.describe("The kind in the plural."),
      subresource: text.describe("What of an object, such as status or log."),
      name: text.describe("The object's name; empty is all of them."),
    })
    .nullish()
    .describe("Something that discovery lists; `*` stands for all of it."),
  nonResourceAttributes: z
    .looseObject({
      path: text.describe("The path."),
      verb: text.describe("The request's method, in lower case."),
    })
    .nullish()
    .describe("A path such as /version."),
});
export type AccessSpec = z.infer<typeof accessSpecSchema>;

const tokenSpecSchema = z.looseObject({
  token: z.string().min(1, { error: "is what the question is about" }).describe("The token that is asked about."),
  audiences: texts.nullish().describe("For whom the token is to be; every token here is for this server."),
});
export type TokenSpec = z.infer<typeof tokenSpecSchema>;

const question = {
  version: "v1",
  shortNames: [],
  categories: [],
  scope: "cluster",
  isQuestion: true,
  record: true,
  deletable: false,
  subresources: [],
  columns: [],
  indexes: [],
  unique: [],
  sensitive: [],
} as const;
const authorization = { ...question, group: "authorization.k8s.io" } as const;
const authentication = { ...question, group: "authentication.k8s.io" } as const;

/** The numbers of fields are those of k8s.io/api/{authorization,authentication}/v1/generated.proto. */
const spec = "spec";
const named = (name: string) => ({ name, type: "text" }) as const;

export const reviewKinds = {
  SelfSubjectAccessReview: {
    ...authorization,
    kind: "SelfSubjectAccessReview",
    description: "Asks whether the token that it comes with may do something.",
    plural: "selfsubjectaccessreviews",
    singular: "selfsubjectaccessreview",
    spec: accessSpecSchema,
    status: z.looseObject({
      allowed: z.boolean().describe("Whether it may be done."),
      reason: text.describe("Why, or why not."),
    }),
    protobuf: {
      2: {
        ...{ name: spec, type: "message" },
        fields: {
          1: {
            ...{ name: "resourceAttributes", type: "message" },
            fields: {
              ...{ 1: named("namespace"), 2: named("verb"), 3: named("group"), 4: named("version") },
              ...{ 5: named("resource"), 6: named("subresource"), 7: named("name") },
            },
          },
          2: {
            ...{ name: "nonResourceAttributes", type: "message" },
            fields: { 1: named("path"), 2: named("verb") },
          },
        },
      },
    },
  },
  SelfSubjectRulesReview: {
    ...authorization,
    kind: "SelfSubjectRulesReview",
    description: "Asks what the token that it comes with may do.",
    plural: "selfsubjectrulesreviews",
    singular: "selfsubjectrulesreview",
    spec: z.looseObject({
      namespace: text.describe("The namespace that is asked about. The answer is the same for each."),
    }),
    status: z.looseObject({
      resourceRules: z
        .array(
          z.looseObject({
            verbs: texts.describe("What may be done."),
            apiGroups: texts.describe("To kinds of these groups."),
            resources: texts.describe("To these kinds, in the plural."),
          }),
        )
        .describe("What may be done to objects."),
      nonResourceRules: z
        .array(
          z.looseObject({
            verbs: texts.describe("Methods of requests."),
            nonResourceURLs: texts.describe("Paths."),
          }),
        )
        .describe("What may be asked beside objects."),
      incomplete: z.boolean().describe("Whether there may be more than is said."),
    }),
    protobuf: { 2: { name: spec, type: "message", fields: { 1: named("namespace") } } },
  },
  SelfSubjectReview: {
    ...authentication,
    kind: "SelfSubjectReview",
    description: "Asks who has the token that it comes with.",
    plural: "selfsubjectreviews",
    singular: "selfsubjectreview",
    status: z.looseObject({ userInfo: userInfo.describe("Who has the token.") }),
    protobuf: {},
  },
  TokenReview: {
    ...authentication,
    kind: "TokenReview",
    description: "Asks whose a token is.",
    plural: "tokenreviews",
    singular: "tokenreview",
    sensitive: ["spec.token"],
    spec: tokenSpecSchema,
    status: z.looseObject({
      authenticated: z.boolean().describe("Whether the token is one of this server."),
      user: userInfo.nullish().describe("Who has it."),
      error: text.describe("Why it could not be looked at."),
    }),
    protobuf: {
      2: {
        ...{ name: spec, type: "message" },
        fields: { 1: named("token"), 2: { name: "audiences", type: "texts" } },
      },
    },
  },
} as const satisfies Record<string, KindInfo>;
