/** The script of the page of resources and need, which works without it: marks that are shared, and answers while one types. */
import { linkViews } from "./linked-views";
import { answerAtOnce } from "./what-if";

linkViews();
answerAtOnce();
