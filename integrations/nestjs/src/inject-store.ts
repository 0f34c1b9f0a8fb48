import { Inject } from '@nestjs/common';

/** The token of a store: for `useFactory`'s `inject`, or `moduleRef.get`. @param name without it, the default store */
export function storeToken(name?: string): string {
  return `@store/nestjs/${name === undefined ? 'default' : `store:${name}`}`;
}

/** `constructor(@InjectStore('uploads') private readonly uploads: ObjectStore)`. @param name as of {@link storeToken} */
export function InjectStore(name?: string): ReturnType<typeof Inject> {
  return Inject(storeToken(name));
}
